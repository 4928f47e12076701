#include "nodes/front/kept_texts.hpp"

#include <utility>

namespace touchline::front {

std::shared_ptr<const std::string> kept_texts::find(const std::string& key,
                                                    const std::string& answer) {
  std::lock_guard guard{mutex_};
  auto* x = texts_.find(key);
  return x && x->answer == answer ? x->text : nullptr;
}

std::shared_ptr<const std::string> kept_texts::put(const std::string& key, std::string answer,
                                                   std::string text) {
  auto out = std::make_shared<const std::string>(std::move(text));
  if (answer.size() > max_text_bytes || out->size() > max_text_bytes)
    return out;
  std::lock_guard guard{mutex_};
  texts_.put(key, {std::move(answer), out});
  return out;
}

} // namespace touchline::front

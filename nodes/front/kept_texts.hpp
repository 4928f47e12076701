// What answers of reads look like to clients, kept while the answers stay the same: many ask for a
// table, and few change it.
#pragma once

#include "nodes/front/recent_table.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

namespace touchline::front {

/// Keeps the last text of each key. Thread safe.
class kept_texts {
public:
  /// The text that was made of this very answer; null when there is none.
  std::shared_ptr<const std::string> find(const std::string& key, const std::string& answer);

  /// Keeps it unless it is too large, and returns it.
  std::shared_ptr<const std::string> put(const std::string& key, std::string answer,
                                         std::string text);

private:
  /// With the next bound at most 16 MiB of texts, and less of answers.
  static constexpr std::size_t max_texts = 128;
  static constexpr std::size_t max_text_bytes = 128 * 1'024;

  struct kept {
    std::string answer;
    std::shared_ptr<const std::string> text;
  };

  std::mutex mutex_;
  recent_table<kept> texts_{max_texts};
};

} // namespace touchline::front

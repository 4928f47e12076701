#include "nodes/simulation/simulated_network.hpp"

namespace touchline::simulated {

void simulated_network::send(uint32_t from, uint32_t to, uint64_t content,
                             std::function<void()> deliver) {
  if (!up_[from] || is_cut(from, to) || chance_.chance(quality_.loss_permille))
    return;
  if (chance_.chance(quality_.repeat_permille))
    carry(from, to, content, deliver);
  carry(from, to, content, std::move(deliver));
}

void simulated_network::carry(uint32_t from, uint32_t to, uint64_t content,
                              std::function<void()> deliver) {
  auto delay = chance_.chance(quality_.slow_permille)
                 ? chance_.between(quality_.max_delay_us, quality_.slow_us)
                 : chance_.between(quality_.min_delay_us, quality_.max_delay_us);
  time_.after(delay, [this, from, to, content, life = lives_[from], what = std::move(deliver)] {
    if (!up_[to] || is_cut(from, to)
        || (life != lives_[from] && chance_.chance(lost_of_earlier_lives_[from])))
      return;
    ++delivered_;
    seen_.add(static_cast<uint64_t>(time_.now_us()));
    seen_.add(uint64_t{from} << 32 | to);
    seen_.add(content);
    what();
  });
}

void simulated_network::node_down(uint32_t node, uint32_t loss_permille) {
  up_[node] = false;
  ++lives_[node];
  lost_of_earlier_lives_[node] = loss_permille;
}

} // namespace touchline::simulated

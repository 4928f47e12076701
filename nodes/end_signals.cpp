#include "nodes/end_signals.hpp"

#include <csignal>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace touchline::nodes {

end_signals::end_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC);
}

end_signals::~end_signals() {
  ::close(descriptor_);
}

bool end_signals::wait(int timeout_ms) const {
  pollfd entry{descriptor_, POLLIN, 0};
  return ::poll(&entry, 1, timeout_ms) > 0;
}

} // namespace touchline::nodes

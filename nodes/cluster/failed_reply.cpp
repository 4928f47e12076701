#include "nodes/cluster/failed_reply.hpp"

#include <utility>

namespace touchline::cluster {

Reply failed(ErrorCode code, std::string text) {
  Reply reply;
  reply.set_code(static_cast<uint32_t>(code));
  reply.set_text(std::move(text));
  return reply;
}

Reply failed(const refusal& why) {
  return failed(why.code, why.text);
}

} // namespace touchline::cluster

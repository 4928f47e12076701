#include "actors/runtime/local_messages.hpp"
#include "actors/runtime/runtime.hpp"

#include <caf/init_global_meta_objects.hpp>

#include <mutex>

namespace touchline::actors {

void register_message_types() {
  static std::once_flag once;
  std::call_once(once, [] {
    caf::core::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::touchline_protocol>();
    caf::init_global_meta_objects<caf::id_block::touchline_local>();
    caf::init_global_meta_objects<caf::id_block::touchline_catalogue>();
  });
}

} // namespace touchline::actors

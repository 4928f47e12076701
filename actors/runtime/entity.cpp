#include "actors/runtime/entity.hpp"

#include <algorithm>

namespace touchline::actors {

bool entity_kind::can_handle(uint32_t number) const {
  return std::ranges::find(handles, number) != handles.end();
}

const entity_kind* entity_kinds::find(std::string_view name) const {
  auto at = std::ranges::find(kinds_, name, &entity_kind::name);
  return at == kinds_.end() ? nullptr : &*at;
}

} // namespace touchline::actors

#include "actors/operations/operations.hpp"

#include <algorithm>

namespace touchline::actors {

namespace {

using event = AuditEvent;

/// Not in the middle of a character.
std::string cut(std::string text) {
  if (text.size() <= max_audit_text_bytes)
    return text;
  auto end = max_audit_text_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  text.resize(end);
  return text;
}

} // namespace

decided<event> audit_trail::decide(const state&, const AuditRecord& message, const header&) {
  event fact;
  auto& kept = *fact.mutable_acted();
  kept.set_who(cut(message.who()));
  kept.set_role(cut(message.role()));
  kept.set_from(cut(message.from()));
  kept.set_what(cut(message.what()));
  kept.set_result(cut(message.result()));
  return decision<event>{}.record(std::move(fact));
}

decided<event> audit_trail::decide(const state&, const OperatorAppointed& message, const header&) {
  event fact;
  if (message.appointed())
    fact.set_appointed(message.account());
  else
    fact.set_dismissed(message.account());
  return decision<event>{}.record(std::move(fact));
}

decided<event> audit_trail::decide(const state& now, const AuditGet&, const header&) {
  AuditSummary summary;
  summary.set_actions(now.actions());
  *summary.mutable_operators() = now.operators();
  return decision<event>{}.answer_with(summary);
}

void audit_trail::apply(state& now, const event& fact) {
  auto& all = *now.mutable_operators();
  switch (fact.event_case()) {
    case event::kActed:
      now.set_actions(now.actions() + 1);
      return;
    case event::kAppointed:
      if (all.size() < max_known_operators && !std::ranges::binary_search(all, fact.appointed())) {
        *all.Add() = fact.appointed();
        std::ranges::sort(all);
      }
      return;
    case event::kDismissed:
      all.erase(std::remove(all.begin(), all.end(), fact.dismissed()), all.end());
      return;
    case event::EVENT_NOT_SET:
      return;
  }
}

} // namespace touchline::actors

#include "nodes/consensus/filters.hpp"

#include <algorithm>

namespace touchline::consensus {

namespace {

using difference = std::vector<entry>::difference_type;

/// F1: what the snapshot covers is committed, hence equal; the rest follows the snapshot.
void begin_at_snapshot(append_entries& body, const entry_log& log) {
  if (body.prev_index >= log.snapshot_index())
    return;
  auto covered = std::min<uint64_t>(body.entries.size(), log.snapshot_index() - body.prev_index);
  body.entries.erase(body.entries.begin(), body.entries.begin() + static_cast<difference>(covered));
  body.prev_index = log.snapshot_index();
  body.prev_term = log.snapshot_term();
}

/// Terms grow along a log and do not pass that of its leader.
bool terms_grow(const append_entries& body, uint64_t leader_term) {
  auto term = body.prev_term;
  for (auto& entry : body.entries) {
    if (entry.term < term)
      return false;
    term = entry.term;
  }
  return term <= leader_term;
}

bool changes_come_first(const append_entries& body) {
  return std::none_of(body.entries.begin() + (body.entries.empty() ? 0 : 1), body.entries.end(),
                      [](auto& entry) { return entry.type == entry_type::change; });
}

/// A log begins with the membership of its founders, which is the same everywhere.
bool begins_a_log(const append_entries& body, const entry_log& log) {
  if (body.prev_index != 0 || body.entries.empty())
    return true;
  auto known = log.term_of(1);
  return body.entries.front().type == entry_type::change
         && (known == 0 || known == body.entries.front().term);
}

verdict judge(append_entries& body, const message& incoming, const replica_facts& facts) {
  if ((body.prev_index == 0) != (body.prev_term == 0) || !terms_grow(body, incoming.term)
      || !changes_come_first(body)
      || (facts.role == member_role::leader && incoming.term == facts.term))
    return verdict::malformed;
  if (incoming.term < facts.term)
    return verdict::pass;
  begin_at_snapshot(body, *facts.log);
  return terms_grow(body, incoming.term) && begins_a_log(body, *facts.log) ? verdict::pass
                                                                           : verdict::malformed;
}

/// F3: what an acknowledgement has overtaken is no news.
verdict judge(append_result& body, const message& incoming, const replica_facts& facts) {
  if (facts.role != member_role::leader || incoming.term != facts.term || !facts.match_index
      || body.rejected == 0)
    return verdict::pass;
  if (body.rejected <= *facts.match_index)
    return verdict::ignore;
  body.last_index = std::max(body.last_index, *facts.match_index);
  return verdict::pass;
}

verdict judge(vote_request& body, const message&, const replica_facts&) {
  return (body.last_index == 0) == (body.last_term == 0) ? verdict::pass : verdict::malformed;
}

/// F4: only a candidate has votes to count.
verdict judge(vote_result& body, const message& incoming, const replica_facts& facts) {
  if (facts.role != member_role::candidate)
    return verdict::ignore;
  bool impossible = facts.in_pre_vote && body.granted && incoming.term > facts.term + 1;
  return impossible ? verdict::malformed : verdict::pass;
}

verdict judge(install_snapshot& body, const message& incoming, const replica_facts& facts) {
  auto& point = body.point;
  if (point.index == 0 || point.term == 0 || point.term > incoming.term || point.members.index == 0
      || point.members.index > point.index
      || (facts.role == member_role::leader && incoming.term == facts.term))
    return verdict::malformed;
  auto known = facts.log->term_of(point.index);
  if (incoming.term >= facts.term && point.index <= facts.commit_index && known != 0
      && known != point.term)
    return verdict::malformed;
  return facts.installing ? verdict::ignore : verdict::pass;
}

verdict judge(timeout_now&, const message&, const replica_facts& facts) {
  return facts.sole_voter ? verdict::ignore : verdict::pass;
}

} // namespace

verdict filter(message& incoming, const replica_facts& facts) {
  if (incoming.to != facts.id || incoming.from == facts.id || incoming.term == 0)
    return verdict::malformed;
  return std::visit([&](auto& body) { return judge(body, incoming, facts); }, incoming.body);
}

void filter_answer(message& answer, bool stale, uint64_t term) {
  if (!stale)
    return;
  if (auto* result = std::get_if<append_result>(&answer.body))
    result->last_index = 0;
  // F8: else a candidate with the better log never learns why it is refused.
  if (auto* vote = std::get_if<vote_result>(&answer.body); vote != nullptr && !vote->granted)
    answer.term = term;
}

} // namespace touchline::consensus

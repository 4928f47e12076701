// What it costs to look into three nodes: a page of actors of which there are many, an actor that
// is inspected while it works, and a tail under full load.
//
//   bench_cluster_operator [TEAMS] [SECONDS]    100,000 teams, 2 s for each measurement
#include "bench/bench_node.hpp"
#include "bench/cluster/trial_cluster.hpp"

#include "actors/runtime/client.hpp"
#include "messages/catalogue.hpp"
#include "nodes/cluster_questions.hpp"

#include <nlohmann/json.hpp>

#include <thread>

using namespace touchline;
using namespace touchline::bench;
using nlohmann::json;

namespace {

constexpr size_t full_load = 256;
constexpr int rounds = 15;

/// An operator with a connection of his own.
struct onlooker {
  explicit onlooker(const trial_cluster& cluster)
    : access{cluster.connect()},
      questions{*access, "bench"} {}

  std::unique_ptr<nodes::cluster_access> access;
  nodes::cluster_questions questions;
};

template <class T>
T value_of(nodes::operator_result<T> x) {
  if (!x)
    give_up(x.error().text);
  if (!x->unreached.empty())
    give_up("A node did not answer.");
  return std::move(x->value);
}

template <class F>
double milliseconds_of(F&& what) {
  auto begin = steady::now();
  what();
  return milliseconds(steady::now() - begin);
}

std::string team_key(int i) {
  return "team-" + std::to_string(1'000'000 + i);
}

/// In leagues that are as large as a league may be.
void create_teams(trial_cluster& cluster, int count) {
  constexpr int per_league = 64;
  actors::client client{cluster.access().system(),
                        cluster.access().routes(),
                        actors::system_clock(),
                        {.window = full_load}};
  for (int i = 0; i < count; ++i) {
    TeamCreate x;
    x.set_league("crowd-" + std::to_string(i / per_league));
    x.set_team(team_key(i));
    x.set_name(team_key(i));
    client.post("crowd/" + std::to_string(i), std::move(x), [](const answer& y) {
      if (!y.ok())
        give_up(y.text);
    });
  }
  client.finish();
}

/// Pages of all teams: the times of the first and of every other one.
struct page_times {
  double first_ms = 0;
  std::vector<double> others_ms;
  size_t teams = 0;
};

page_times measure_pages(onlooker& who, const std::string& pattern) {
  page_times out;
  cluster::ActorsQuery query;
  query.set_pattern(pattern);
  query.set_limit(1'000);
  for (bool first = true;; first = false) {
    cluster::ActorsPage page;
    auto ms = milliseconds_of([&] { page = value_of(who.questions.actors(query)); });
    if (first)
      out.first_ms = ms;
    else
      out.others_ms.push_back(ms);
    out.teams += static_cast<size_t>(page.actor_size());
    if (page.at_end())
      return out;
    query.set_after(page.next());
  }
}

/// Commands to one actor, a second, while nobody and while somebody looks at it.
struct looked_at {
  std::vector<double> alone;
  std::vector<double> watched;
  std::vector<double> ratios;
  uint64_t looks = 0;
};

looked_at measure_looks(trial_cluster& cluster, steady::duration duration) {
  constexpr size_t clients = 16;
  // Ten times a second, as a shell that is used by several people.
  constexpr auto pace = std::chrono::milliseconds{100};
  auto address = catalogue_data::addresses_of(*catalogue_data::find(number_of<SponsorUpdate>),
                                              update_command(0, 0))
                   .front();
  onlooker who{cluster};
  looked_at out;
  for (int i = 0; i < rounds; ++i) {
    out.alone.push_back(measure_commands(cluster, clients, duration, 1).per_second);
    std::jthread looks{[&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        auto now = value_of(who.questions.inspect(address));
        value_of(who.questions.inspect(address, now.position() - 10));
        out.looks += 2;
        std::this_thread::sleep_for(pace);
      }
    }};
    out.watched.push_back(measure_commands(cluster, clients, duration, 1).per_second);
    looks.request_stop();
    looks.join();
    out.ratios.push_back(out.watched.back() / out.alone.back());
  }
  return out;
}

/// A tail of everything while the load is as full as it gets.
struct followed {
  load_figures load;
  uint64_t seen = 0;
  uint64_t dropped = 0;
  uint64_t lost_entries = 0;
  uint64_t memory = 0;
};

followed measure_tail(trial_cluster& cluster, steady::duration duration) {
  followed out;
  onlooker who{cluster};
  cluster::TailQuery query;
  auto step = [&] {
    auto batch = value_of(who.questions.tail(query));
    out.seen += static_cast<uint64_t>(batch.record_size());
    out.dropped += batch.dropped();
    out.lost_entries += batch.lost_entries();
    *query.mutable_cursor() = batch.cursor();
  };
  step();
  std::jthread tail{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds{250});
      step();
    }
  }};
  out.load = measure_commands(cluster, full_load, duration);
  std::this_thread::sleep_for(std::chrono::seconds{2});
  tail.request_stop();
  tail.join();
  for (uint32_t id = 1; id <= trial_cluster::size; ++id)
    out.memory = std::max(out.memory, cluster.node(id).anonymous_bytes());
  return out;
}

} // namespace

int main(int argc, char** argv) {
  auto teams = argc > 1 ? std::atoi(argv[1]) : 100'000;
  auto duration = std::chrono::seconds{argc > 2 ? std::atoi(argv[2]) : 2};
  scratch_folder folder;
  trial_cluster cluster{folder.path()};
  cluster.create_leagues();

  auto looks = measure_looks(cluster, duration);
  auto tail = measure_tail(cluster, duration);
  auto begin = steady::now();
  create_teams(cluster, teams);
  auto created_s = seconds(steady::now() - begin);
  onlooker who{cluster};
  std::vector<double> first;
  auto pages = measure_pages(who, "team/*");
  for (int i = 0; i < rounds; ++i) {
    cluster::ActorsQuery query;
    first.push_back(milliseconds_of([&] { value_of(who.questions.actors(query)); }));
  }
  auto wide = milliseconds_of([&] {
    cluster::ActorsQuery query;
    query.set_pattern("*" + team_key(teams - 1));
    for (;;) {
      auto page = value_of(who.questions.actors(query));
      if (page.actor_size() > 0 || page.at_end())
        break;
      query.set_after(page.next());
    }
  });

  print_row("page of 100 actors of " + std::to_string(teams) + " teams, ms",
            number(quantile(first, 0.5), 1), "-", "-", "< 1000");
  print_row("page of 1,000 teams, median, ms", number(quantile(pages.others_ms, 0.5), 1), "-", "-",
            "< 1000");
  print_row("the slowest of these, ms", number(quantile(pages.others_ms, 1), 1), "-", "-",
            "< 1000");
  print_row("one team by the end of its name, ms", number(wide, 1), "-", "-", "");
  print_row("commands a second to an actor, watched : alone", number(quantile(looks.watched, 0.5)),
            number(quantile(looks.alone, 0.5)), number(quantile(looks.ratios, 0.5), 2), "1");
  print_row("records of a tail under full load, left out", std::to_string(tail.seen),
            std::to_string(tail.dropped), "-", "");
  std::printf("%s\n", json{{"teams", pages.teams},
                           {"created_s", created_s},
                           {"first_page_ms", first},
                           {"page_of_1000_ms", quantile(pages.others_ms, 0.5)},
                           {"slowest_page_ms", quantile(pages.others_ms, 1)},
                           {"alone", looks.alone},
                           {"watched", looks.watched},
                           {"looks", looks.looks},
                           {"tail_seen", tail.seen},
                           {"tail_dropped", tail.dropped},
                           {"tail_lost_entries", tail.lost_entries},
                           {"acknowledged", tail.load.acknowledged},
                           {"memory", tail.memory}}
                        .dump()
                        .c_str());
  auto all = tail.lost_entries > 0 || tail.seen + tail.dropped >= tail.load.acknowledged;
  if (!all || pages.teams != static_cast<size_t>(teams))
    give_up("Records or teams are missing.");
  return 0;
}

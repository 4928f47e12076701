#include "nodes/cluster/node_metrics.hpp"

#include "messages/address_pattern.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/counter.hpp>
#include <caf/telemetry/gauge.hpp>
#include <caf/telemetry/histogram.hpp>
#include <caf/telemetry/metric.hpp>
#include <caf/telemetry/metric_family.hpp>
#include <caf/telemetry/metric_registry.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace touchline::cluster {

namespace {

using caf::telemetry::metric;
using caf::telemetry::metric_family;

std::string name_of(const metric_family& family) {
  std::string out{family.prefix()};
  out += '_' + family.name();
  if (auto& unit = family.unit(); unit != "1")
    out += '_' + unit;
  if (family.is_sum())
    out += "_total";
  std::ranges::replace_if(
    out, [](char c) { return c == '-' || c == '.'; }, '_');
  return out;
}

/// Called by the registry with every metric.
class collector {
public:
  collector(std::string_view pattern, uint32_t node) : pattern_{pattern}, node_{node} {}

  template <class Metric>
  void operator()(const metric_family* family, const metric* instance, const Metric* x) {
    auto name = name_of(*family);
    if constexpr (requires { x->buckets(); })
      add_histogram(name, *instance, *x);
    else
      add(name, *instance, static_cast<double>(x->value()));
  }

  Metrics take() { return std::move(out_); }

private:
  template <class Histogram>
  void add_histogram(const std::string& name, const metric& instance, const Histogram& x) {
    double count = 0;
    auto buckets = x.buckets();
    for (size_t i = 0; i < buckets.size(); ++i) {
      count += static_cast<double>(buckets[i].count.value());
      auto last = i + 1 == buckets.size();
      add(name + "_bucket", instance, count,
          last ? "+Inf" : std::to_string(buckets[i].upper_bound));
    }
    add(name + "_sum", instance, static_cast<double>(x.sum()));
    add(name + "_count", instance, count);
  }

  void add(const std::string& name, const metric& instance, double value,
           const std::string& bound = {}) {
    if (!fits_pattern(pattern_, name))
      return;
    if (out_.metric_size() == max_node_metrics) {
      out_.set_cut(true);
      return;
    }
    auto& x = *out_.add_metric();
    x.set_node(node_);
    x.set_name(name);
    x.set_value(value);
    auto label = [&x](std::string_view key, std::string_view text) {
      auto& out = *x.add_label();
      out.set_name(std::string{key});
      out.set_value(std::string{text});
    };
    for (auto& entry : instance.labels())
      label({entry.name().data(), entry.name().size()},
            {entry.value().data(), entry.value().size()});
    if (!bound.empty())
      label("le", bound);
  }

  std::string_view pattern_;
  uint32_t node_;
  Metrics out_;
};

} // namespace

Metrics collect_metrics(const caf::actor_system& system, std::string_view pattern, uint32_t node) {
  collector all{pattern, node};
  system.metrics().collect(all);
  return all.take();
}

} // namespace touchline::cluster

#include "nodes/shell/report.hpp"

#include <utility>

namespace touchline::shell {

namespace {

using nlohmann::json;

/// The members of an object, a line each.
text_table members_of(const json& data) {
  text_table out{{{"field"}, {"value"}}, {}};
  if (!data.is_object())
    out.rows.push_back({"", cell_text(data)});
  else
    for (auto& [name, value] : data.items())
      out.rows.push_back({name, cell_text(value)});
  return out;
}

} // namespace

std::string cell_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

report sentence(std::string text, json data) {
  data["message"] = text;
  return {std::move(data), {}, text + '\n', {}};
}

std::string print(const report& what, nodes::output_format format, const text_style& style) {
  constexpr int indent = 2;
  if (format == nodes::output_format::json)
    return what.data.dump(style.width > 0 ? indent : -1, ' ', false, json::error_handler_t::replace)
           + '\n';
  if (format == nodes::output_format::csv && !what.csv.empty())
    return what.csv;
  if (format == nodes::output_format::csv)
    return to_csv(what.table ? *what.table : members_of(what.data));
  return what.before + (what.table ? to_text(*what.table, style) : std::string{}) + what.after;
}

} // namespace touchline::shell

#include "nodes/league_access.hpp"

#include "nodes/cluster/connect_access.hpp"
#include "nodes/commands.hpp"
#include "nodes/embedded_access.hpp"
#include "nodes/stored_state.hpp"

namespace touchline::nodes {

tl::expected<std::unique_ptr<league_access>, refusal> open_access(const common_options& options) {
  if (options.connect)
    return connect_for_command(options);
  auto embedded = embedded_access::start(options.config);
  if (!embedded)
    return tl::unexpected{embedded.error()};
  return std::move(*embedded);
}

tl::expected<std::shared_ptr<const storage::store>, std::string> open_records(
  const common_options& options) {
  if (!options.connect)
    return open_stored(options.config);
  auto opened = connect_for_command(options);
  if (!opened)
    return tl::unexpected{opened.error().text};
  std::shared_ptr<league_access> access{std::move(*opened)};
  // Lives as long as the connection that it reads through.
  return std::shared_ptr<const storage::store>{access, &access->store()};
}

} // namespace touchline::nodes

// The catalogue as a document for people: docs/catalogue.md is what this prints.
#pragma once

#include <string>

namespace touchline {

/// The whole catalogue in Markdown: messages, flows, contexts, and which role may send what.
std::string catalogue_document();

} // namespace touchline

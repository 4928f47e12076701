# The league's rules and match model without actors: how fast, and how they were fitted.
add_executable(season_monte_carlo ${CMAKE_CURRENT_LIST_DIR}/season_monte_carlo.cpp)
target_link_libraries(season_monte_carlo PRIVATE touchline_league touchline_warnings)

add_executable(match_model_fit ${CMAKE_CURRENT_LIST_DIR}/match_model_fit.cpp)
target_link_libraries(match_model_fit PRIVATE touchline_league touchline_warnings nlohmann_json::nlohmann_json)

# The league's rules and match model without actors: how fast, and how they were fitted.
foreach(name season_monte_carlo match_model_fit)
  add_executable(${name} ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp)
  target_link_libraries(${name} PRIVATE touchline_league touchline_warnings)
endforeach()

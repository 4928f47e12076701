# Fixture lists, the match model and the league generator.
touchline_test(league_counter_draw SOURCES ${CMAKE_CURRENT_LIST_DIR}/counter_draw_test.cpp LINKS touchline_league)
touchline_test(league_fixture_list SOURCES ${CMAKE_CURRENT_LIST_DIR}/fixture_list_test.cpp LINKS touchline_league)
touchline_test(league_match_model SOURCES ${CMAKE_CURRENT_LIST_DIR}/match_model_test.cpp LINKS touchline_league)
touchline_test(league_generator SOURCES ${CMAKE_CURRENT_LIST_DIR}/generator_test.cpp LINKS touchline_league)

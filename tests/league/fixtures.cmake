# Fixture lists, the match model and the league generator.
foreach(concept counter_draw fixture_list match_model generator)
  touchline_test(league_${concept}_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/${concept}_test.cpp
    LINKS touchline_league LABELS league)
endforeach()

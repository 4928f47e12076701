# The contexts on their own: decide and apply, without actors.
touchline_test(team_manager_test SOURCES team_manager_test.cpp LINKS touchline_actors)
touchline_test(fixture_manager_test SOURCES fixture_manager_test.cpp LINKS touchline_actors)
touchline_test(stats_manager_test SOURCES stats_manager_test.cpp LINKS touchline_actors)
touchline_test(sponsor_manager_test SOURCES sponsor_manager_test.cpp LINKS touchline_actors)
touchline_test(season_rules_test SOURCES season_rules_test.cpp LINKS touchline_actors)
touchline_test(season_play_offs_test SOURCES season_play_offs_test.cpp LINKS touchline_actors)
touchline_test(pyramid_test SOURCES pyramid_test.cpp LINKS touchline_actors)
touchline_test(pyramid_seasons_test SOURCES pyramid_seasons_test.cpp LINKS touchline_actors)

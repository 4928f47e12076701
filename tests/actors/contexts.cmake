# The contexts on their own: decide and apply, without actors.
touchline_test(team_manager_test SOURCES team_manager_test.cpp LINKS touchline_actors)
touchline_test(fixture_manager_test SOURCES fixture_manager_test.cpp LINKS touchline_actors)
touchline_test(stats_manager_test SOURCES stats_manager_test.cpp LINKS touchline_actors)
touchline_test(sponsor_manager_test SOURCES sponsor_manager_test.cpp LINKS touchline_actors)
touchline_test(season_rules_test SOURCES season_rules_test.cpp LINKS touchline_actors)
touchline_test(identity_test SOURCES identity_test.cpp LINKS touchline_actors)

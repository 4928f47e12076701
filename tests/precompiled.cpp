// What the suites of actors share is compiled here once: tests/CMakeLists.txt names the headers.

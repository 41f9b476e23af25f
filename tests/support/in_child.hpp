#pragma once

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <functional>
#include <string>

namespace aiobpf::tests {

/// Runs `action` in a child of fork(), to its end. Returns what the action returned (what is wrong there;
/// empty when nothing is), else how the child ended. One that hangs is killed after 10 s.
inline std::string in_child(const std::function<std::string()>& action) {
  std::array<int, 2> ends;
  BOOST_REQUIRE(::pipe(ends.data()) == 0);
  bpf::unique_fd read_end{ends[0]};
  bpf::unique_fd write_end{ends[1]};
  const ::pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    // Boost.Test's handlers would go on with the tests, here as well.
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGALRM}) ::signal(number, SIG_DFL);
    ::alarm(10);
    read_end.reset();
    std::string wrong;
    try {
      wrong = action();
    } catch (const std::exception& thrown) {
      wrong = std::string{"threw: "} + thrown.what();
    }
    const auto written = ::write(write_end.get(), wrong.data(), wrong.size());
    ::_exit(written == static_cast<::ssize_t>(wrong.size()) ? 0 : 1);
  }
  write_end.reset();
  std::string wrong;
  std::array<char, 512> part;
  for (::ssize_t got; (got = ::read(read_end.get(), part.data(), part.size())) > 0;) {
    wrong.append(part.data(), static_cast<std::size_t>(got));
  }
  int status = -1;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  if (status != 0) return "exit status " + std::to_string(WEXITSTATUS(status));
  return wrong;
}

/// For use inside of it: empty when `use` is refused with errc::closed and an error that tells of the fork.
inline std::string refused(const std::function<void()>& use) {
  try {
    use();
  } catch (const bpf::error& thrown) {
    const std::string text = thrown.what();
    if (thrown.code() != bpf::errc::closed) return "another error: " + text;
    return text.find("made before fork()") != std::string::npos ? "" : "does not say why: " + text;
  }
  return "no error";
}

}  // namespace aiobpf::tests

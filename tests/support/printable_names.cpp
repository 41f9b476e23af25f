// Names that each end with a NUL, from stdin; each as exec_watch prints it, ended with a NUL, to stdout.
#include "../../examples/exec_watch/printable.hpp"

#include <iostream>
#include <string>

int main() {
  for (std::string name; std::getline(std::cin, name, '\0');)
    std::cout << exec_watch::printable(name) << '\0';
}

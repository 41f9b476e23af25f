// aiobpf-gen exec.bpf.o [-o folder] [--name exec_bpf]: writes exec_bpf.hpp, exec_bpf.py and exec_bpf.pyi.
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/gen/skeleton.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr const char* usage =
    "usage: aiobpf-gen <object.bpf.o> [-o <folder>] [--name <identifier>]\n"
    "Writes <name>.hpp, <name>.py and <name>.pyi, which use the object: C++, Python, and what type checkers "
    "read.\n";

std::vector<char> read(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) throw std::runtime_error{path + ": it cannot be read"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  file.close();
  if (!file) throw std::runtime_error{path.string() + ": it cannot be written"};
}

}  // namespace

int main(int argc, char** argv) try {
  std::string object;
  std::string name;
  std::filesystem::path folder = ".";
  for (int i = 1; i < argc; ++i) {
    const std::string one = argv[i];
    const bool takes_value = one == "-o" || one == "--name";
    if (one == "-h" || one == "--help") return std::fputs(usage, stdout) < 0;
    if ((takes_value && i + 1 == argc) || (!takes_value && (one.starts_with("-") || !object.empty()))) {
      std::fputs(usage, stderr);
      return 2;
    }
    if (one == "-o")
      folder = argv[++i];
    else if (one == "--name")
      name = argv[++i];
    else
      object = one;
  }
  if (object.empty()) {
    std::fputs(usage, stderr);
    return 2;
  }
  if (name.empty()) name = aiobpf::gen::default_name(object);
  const auto bytes = read(object);
  const auto made = aiobpf::gen::make_skeleton(std::as_bytes(std::span{bytes}),
                                               std::filesystem::path{object}.filename().string(), name);
  std::filesystem::create_directories(folder);
  write(folder / (name + ".hpp"), made.header);
  write(folder / (name + ".py"), made.module);
  write(folder / (name + ".pyi"), made.stub);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

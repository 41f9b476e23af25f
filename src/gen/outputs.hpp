#pragma once

#include "model.hpp"

#include <string>

namespace aiobpf::gen {

std::string write_header(const model& object);
std::string write_module(const model& object);
std::string write_stub(const model& object);

}  // namespace aiobpf::gen

#pragma once

/// The version of these headers. CMakeLists.txt has the same one, and says so when they differ.
#define AIOBPF_VERSION_MAJOR 0
#define AIOBPF_VERSION_MINOR 1
#define AIOBPF_VERSION_PATCH 0
#define AIOBPF_VERSION_STRING "0.1.0"

#include "draining.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <aiobpf.hpp>

#include <chrono>
#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Asio's conventions for I/O objects, held by streams.
namespace {

constexpr std::byte one_record[8]{};

template <class Stream>
concept reads_without_a_token = requires(Stream& stream, aiobpf::batch& batch) {
  stream.async_read(batch);
};
template <class Token>
concept is_read_by = requires(aiobpf::stream& stream, aiobpf::batch& batch, Token token) {
  stream.async_read(batch, token);
};

using on_io_context = aiobpf::basic_stream<asio::io_context::executor_type>;

// Reads are awaited where no token is given; the constraint says what is no token.
static_assert(reads_without_a_token<aiobpf::stream>);
static_assert(is_read_by<asio::use_future_t<>>);
static_assert(is_read_by<void (*)(boost::system::error_code, std::size_t)>);
static_assert(!is_read_by<int>);
static_assert(!is_read_by<void (*)(std::string_view)>);
// A stream of another executor, and the executor's own default token.
static_assert(
    std::same_as<on_io_context::rebind_executor<asio::any_io_executor>::other, aiobpf::basic_stream<>>);
static_assert(reads_without_a_token<asio::deferred_t::as_default_on_t<on_io_context>>);
static_assert(std::same_as<on_io_context::executor_type, asio::io_context::executor_type>);

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_tokens)

BOOST_AUTO_TEST_CASE(a_stream_is_made_on_a_context_or_on_an_executor) {
  asio::io_context context;
  const aiobpf::memory_ring ring{4096};
  const auto strand = asio::make_strand(context);
  aiobpf::stream on_context{context};
  aiobpf::stream with_options{context, {.latency = 1ms}};
  aiobpf::stream on_executor{context.get_executor()};
  aiobpf::stream on_strand{strand};
  on_io_context on_its_own{context};
  BOOST_TEST((on_its_own.get_executor() == context.get_executor()));
  BOOST_TEST((on_context.get_executor() == asio::any_io_executor{context.get_executor()}));
  BOOST_TEST((on_strand.get_executor() == asio::any_io_executor{strand}));
}

BOOST_AUTO_TEST_CASE(a_read_is_awaited_without_a_token_and_completes_by_any_other) {
  asio::io_context context;
  const aiobpf::memory_ring ring{4096};
  aiobpf::stream events{context};
  events.add(ring.source());
  aiobpf::batch batch;

  ring.emit(one_record);
  std::size_t awaited = 0;
  asio::co_spawn(
      context, [&]() -> asio::awaitable<void> { awaited = co_await events.async_read(batch); },
      [](std::exception_ptr) {});
  context.run();
  BOOST_TEST(awaited == 1U);

  ring.emit(one_record);
  context.restart();
  auto future = events.async_read(batch, asio::use_future);
  context.run();
  BOOST_TEST(future.get() == 1U);

  ring.emit(one_record);
  context.restart();
  std::size_t deferred = 0;
  auto operation = events.async_read(batch, asio::deferred);
  std::move(operation)([&](boost::system::error_code, std::size_t records) { deferred = records; });
  context.run();
  BOOST_TEST(deferred == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_follows_its_executors_default_token) {
  asio::io_context context;
  const aiobpf::memory_ring ring{4096};
  asio::deferred_t::as_default_on_t<on_io_context> events{context};
  events.add(ring.source());
  ring.emit(one_record);
  aiobpf::batch batch;
  std::size_t read = 0;
  events.async_read(batch)([&](boost::system::error_code, std::size_t records) { read = records; });
  context.run();
  BOOST_TEST(read == 1U);
  BOOST_TEST(batch[0].as<std::uint64_t>() != nullptr);
  struct longer {
    std::uint64_t words[2];
  };
  BOOST_TEST(batch[0].as<longer>() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

#pragma once

#include <aiobpf/bpf/type.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

namespace aiobpf::bpf {

/// A C++ type as a bpf::type, to be compared with what BTF says (layout.hpp).
///
///   struct key { std::uint32_t pid; char comm[16]; };
///   BOOST_DESCRIBE_STRUCT(key, (), (pid, comm))
///
/// Numbers, enumerations, pointers, arrays (std::array too) and structs that Boost.Describe knows are
/// described to the last field. Of any other trivially copyable type only the size is known; so it is of one
/// with bitfields.
template <class Value>
requires std::is_trivially_copyable_v<Value> type_ptr describe();

namespace described {

template <class Array>
struct array_of : std::false_type {};
template <class Element, std::size_t Count>
struct array_of<Element[Count]> : std::true_type {
  using element = Element;
  static constexpr std::size_t count = Count;
};
template <class Element, std::size_t Count>
struct array_of<std::array<Element, Count>> : std::true_type {
  using element = Element;
  static constexpr std::size_t count = Count;
};

template <class Value>
concept described_struct = std::is_class_v<Value> && boost::describe::has_describe_members<Value>::value;

template <class Value>
constexpr type_kind kind_of() {
  if constexpr (std::is_same_v<Value, bool>) return type_kind::boolean;
  if constexpr (std::is_same_v<Value, char>) return type_kind::character;
  if constexpr (std::is_floating_point_v<Value>) return type_kind::floating_point;
  if constexpr (std::is_enum_v<Value>) return type_kind::enumeration;
  if constexpr (std::is_pointer_v<Value>) return type_kind::pointer;
  return type_kind::integer;
}

/// Where a member is. A pointer to a member says it only together with an object.
template <class Owner, class Member>
std::size_t offset_of(Member Owner::*member) {
  union storage {
    storage() {}
    ~storage() {}
    Owner owner;
  } const its;
  return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(std::addressof(its.owner.*member)) -
                                  reinterpret_cast<const std::byte*>(std::addressof(its.owner)));
}

template <class Value>
type describe_value() {
  type made;
  made.size = sizeof(Value);
  if constexpr (array_of<Value>::value) {
    made.kind = type_kind::array;
    made.count = array_of<Value>::count;
    made.element = describe<std::remove_cv_t<typename array_of<Value>::element>>();
  } else if constexpr (described_struct<Value>) {
    made.kind = type_kind::structure;
    using members = boost::describe::describe_members<Value, boost::describe::mod_any_access |
                                                                 boost::describe::mod_inherited>;
    boost::mp11::mp_for_each<members>([&](auto descriptor) {
      using type_of_member = std::remove_cvref_t<decltype(std::declval<Value&>().*descriptor.pointer)>;
      made.members.push_back(
          {descriptor.name, offset_of(descriptor.pointer) * 8, 0, describe<type_of_member>()});
    });
  } else if constexpr (std::is_class_v<Value> || std::is_union_v<Value>) {
    made.kind = type_kind::array;  // of that many bytes
    made.count = sizeof(Value);
    made.element = describe<unsigned char>();
  } else {
    made.kind = kind_of<Value>();
    made.is_signed = std::is_signed_v<Value>;
    if constexpr (std::is_pointer_v<Value>) made.element = std::make_shared<const type>();
    made.name = made.kind == type_kind::floating_point ? "a floating point number" : "an integer";
  }
  return made;
}

}  // namespace described

template <class Value>
requires std::is_trivially_copyable_v<Value> type_ptr describe() {
  static const type_ptr made = std::make_shared<const type>(described::describe_value<Value>());
  return made;
}

}  // namespace aiobpf::bpf

# swapmeet_add_plugin(ID SOURCES … [LIBRARIES …]): a shared library that the host can load. "search.mine"
# becomes the target plugin_search_mine and the file search_mine.so, with nothing exported but the
# plugin's descriptor. The same for plugins in Swapmeet's tree and out of it.
#
# swapmeet_say_contracts(TARGET): tells the sources of TARGET which contract headers they are built
# with, for the descriptor. swapmeet_add_plugin does it; other ways to build a plugin need it, too.
include(${CMAKE_CURRENT_LIST_DIR}/SwapmeetContracts.cmake)
if(NOT swapmeet_INCLUDE_DIR)
  set(swapmeet_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR}/../include)
endif()
swapmeet_read_contracts(${swapmeet_INCLUDE_DIR} swapmeet_contracts)
set_property(GLOBAL PROPERTY swapmeet_fingerprint ${swapmeet_contracts_FINGERPRINT})
list(TRANSFORM swapmeet_contracts_HEADERS PREPEND ${swapmeet_INCLUDE_DIR}/swapmeet/)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${swapmeet_contracts_HEADERS})

function(swapmeet_say_contracts target)
  get_property(fingerprint GLOBAL PROPERTY swapmeet_fingerprint)
  target_compile_definitions(${target} PRIVATE SWAPMEET_CONTRACTS="${fingerprint}")
endfunction()

function(swapmeet_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  if(NOT id MATCHES "^(registry|search|transfer|auth|attributes|extension)\\.[a-z0-9_]+$")
    message(FATAL_ERROR "swapmeet_add_plugin: '${id}' is no plugin id: it is a kind (registry, search, transfer, "
      "auth, attributes or extension), a dot, and a name of a-z, 0-9 and _, such as search.mine")
  endif()
  string(REPLACE "." "_" name ${id})
  set(target plugin_${name})
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  add_library(${target} MODULE ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE swapmeet::sdk ${ARG_LIBRARIES})
  target_compile_features(${target} PRIVATE cxx_std_20)
  swapmeet_say_contracts(${target})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${exports})
  target_link_options(${target} PRIVATE -Wl,-z,defs -Wl,-z,relro,-z,now -Wl,--version-script=${exports})
endfunction()

# swapmeet_add_plugin(ID SOURCES… [LIBRARIES …]): a shared library that the host can load. "search.mine" becomes
# the target plugin_search_mine and the file search_mine.so, with nothing exported but the
# plugin's descriptor.
set(SWAPMEET_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(swapmeet_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LIBRARIES")
  string(REPLACE "." "_" name ${id})
  set(target plugin_${name})
  add_library(${target} MODULE ${ARG_SOURCES} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE swapmeet::sdk ${ARG_LIBRARIES})
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name} CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${SWAPMEET_PLUGIN_MAP})
  target_link_options(${target} PRIVATE -Wl,-z,defs -Wl,--version-script=${SWAPMEET_PLUGIN_MAP})
endfunction()

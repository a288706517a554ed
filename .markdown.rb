# How Markdown is written here: read by mdl, which scripts/lint runs over every page.
all
rule "MD007", indent: 2
rule "MD013", line_length: 100, ignore_code_blocks: true, tables: false
rule "MD024", allow_different_nesting: true # "Added" stands below each version of a change log
rule "MD029", style: "ordered"

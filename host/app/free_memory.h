// Gives memory that is free back to the machine. The allocator keeps what was freed, for whoever
// needs it next: after a flood of large requests that is as much as the limits allow, for as long
// as the host runs.
// Threads: a free function; it holds the allocator for some milliseconds when it gives back.
#pragma once

namespace swapmeet {

// When much is free; to be called now and then.
void give_back_memory();

}  // namespace swapmeet

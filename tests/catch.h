#pragma once
#include "swapmeet/testing/catch.h"

#include "CNodeInit.h"

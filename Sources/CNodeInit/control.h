// The socket between node init and its kubelet.
#pragma once
#include "CNodeInit.h"

// Our end of it, or -1: then the kubelet is of no use any more, and another one is to be started.
int cnode_control(void);
// Makes it; returns the kubelet's end, or -1 with errno.
int cnode_open_control(void);
void cnode_close_control(void);

// Both close it when the kubelet does not hear.
void cnode_tell(const struct cnode_message *message, const int *descriptors, int count);
void cnode_answer(uint32_t id, int32_t step, int error);

// The packets that go from node to node: opened by a step, carried by two processes of node init's.
#pragma once

// Opens the link with this index, and the mailbox of the node with this number in the folder; 0, or -1 with errno.
int cnode_open_wire(const char *folder, unsigned number, int link_index);
int cnode_has_wire(void);

_Noreturn void cnode_carry_inbound(void);
_Noreturn void cnode_carry_outbound(void);

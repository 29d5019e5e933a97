/* Memory for messages that protobuf-c unpacks: counted, and refused when there is no more. */
#ifndef IO_PB_MEMORY_H
#define IO_PB_MEMORY_H

#include <protobuf-c/protobuf-c.h>

/* For protobuf_c_message_unpack() and ..._free_unpacked(). */
extern ProtobufCAllocator pb_memory;

#endif

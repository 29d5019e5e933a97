# Debugging information that takes long to read: a unit of 6 million functions, a byte
# each, with 64 attributes of no bytes. What may be spent on a file grows with its sections,
# so there is a large one of zeros: make it a hole (cp --sparse=always), since a file's
# limit of CPU time grows with its blocks. Linked to a program with a function "main".
	.section .debug_abbrev,"",@progbits
abbrev:
	.uleb128 1, 0x11	# a unit with children: name, low_pc, high_pc
	.byte 1
	.uleb128 0x03, 0x08
	.uleb128 0x11, 0x01
	.uleb128 0x12, 0x07
	.uleb128 0, 0
	.uleb128 2, 0x2e	# a subprogram: flags that nobody knows
	.byte 0
	.rept 64
	.uleb128 0x2001, 0x19
	.endr
	.uleb128 0, 0
	.uleb128 0
	.section .debug_info,"",@progbits
	.long end - start
start:
	.short 4
	.long abbrev
	.byte 8
	.uleb128 1
	.asciz "bomb.c"
	.quad main
	.quad 4096
	.fill 6000000, 1, 2
	.byte 0
end:
	.section .debug_str,"",@progbits
	.skip 64 << 20
	.section .note.GNU-stack,"",@progbits

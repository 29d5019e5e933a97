# Debugging information that takes minutes to read: a unit of 200,000 functions, a byte
# each, with 20,000 attributes of no bytes. Linked to a program with a function "main".
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
	.rept 20000
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
	.rept 200000
	.byte 2
	.endr
	.byte 0
end:
	.section .note.GNU-stack,"",@progbits

# Functions without unwind tables that main() of pointers.c calls through pointers. Their frames hold
# old return addresses, and RBP is a general register.
	.intel_syntax noprefix
	.text
	.macro function name
	.globl \name
	.type \name, @function
	.p2align 4
\name:
	.endm
	.macro spin
	mov ebp, edi
1:	imul rbp, rbp, 3
	dec edi
	jnz 1b
	.endm
	function pushes
	push rbx
	push rbp
	push r12
	push r15
	sub rsp, 0x98
	mov [rsp+8], rdi
	spin
	add rsp, 0x98
	pop r15
	pop r12
	pop rbp
	pop rbx
	ret
	.size pushes, .-pushes
	function large
	push rbp
	sub rsp, 0x1238
	spin
	add rsp, 0x1238
	pop rbp
	ret
	.size large, .-large
	function calls
	push rbp
	push rbx
	sub rsp, 0x208
	mov ebp, 3
	call [rip+table]
	add rsp, 0x208
	pop rbx
	pop rbp
	ret
	.size calls, .-calls
	.data
	.globl table
table:	.quad pushes, large, calls
	.section .note.GNU-stack,"",@progbits

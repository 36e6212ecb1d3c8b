/**
 * The system calls that no container of a learner may make. It replaces the engine's own profile, so it names what that one
 * refuses to a container without capabilities, and what a lab never needs on top (io_uring, userfaultfd, new namespaces).
 */

const REFUSED = [
  // Kernel, devices, time, accounting.
  'acct bpf clock_settime clock_settime64 create_module delete_module finit_module get_kernel_syms init_module ioperm iopl kexec_file_load',
  'kexec_load lookup_dcookie nfsservctl perf_event_open query_module quotactl quotactl_fd reboot settimeofday stime swapoff swapon syslog sysfs',
  '_sysctl uselib userfaultfd ustat vhangup vm86 vm86old',
  // Mounts and namespaces.
  'chroot fsconfig fsmount fsopen fspick listmount mount mount_setattr move_mount open_tree open_tree_attr pivot_root setns statmount umount umount2',
  'unshare setdomainname sethostname',
  // Keys, memory of others, memory placement, handles that outlive a container's view.
  'add_key keyctl request_key fanotify_init get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node',
  'open_by_handle_at name_to_handle_at kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev',
  'io_uring_enter io_uring_register io_uring_setup lsm_set_self_attr',
]
  .join(' ')
  .split(' ');

/** Only a lab that lists SYS_PTRACE may look into other processes. */
const WITH_PTRACE = ['kcmp', 'process_vm_readv', 'process_vm_writev'];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */
const NEW_NAMESPACES = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
const EPERM = 1;
const ENOSYS = 38;
const AF_ALG = 38;
const AF_VSOCK = 40;
const READ_IMPLIES_EXEC = 0x0400000;

/** @param capabilities of the lab, without `CAP_` @returns the profile as JSON, for SecurityOpt */
export function seccompProfile(capabilities: readonly string[]): string {
  const refused = capabilities.includes('SYS_PTRACE') ? REFUSED.filter((name) => !WITH_PTRACE.includes(name)) : REFUSED;
  const errno = (names: readonly string[], args: readonly object[] = [], value = EPERM) => ({
    names,
    action: 'SCMP_ACT_ERRNO',
    errnoRet: value,
    args,
  });
  const equal = (index: number, value: number) => ({ index, value, valueTwo: 0, op: 'SCMP_CMP_EQ' });
  const masked = (index: number, mask: number) => ({ index, value: mask, valueTwo: mask, op: 'SCMP_CMP_MASKED_EQ' });
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      errno(refused),
      ...NEW_NAMESPACES.map((bit) => errno(['clone'], [masked(0, bit)])),
      // Its flags are behind a pointer: programs fall back to clone.
      errno(['clone3'], [], ENOSYS),
      errno(['socket'], [equal(0, AF_ALG)]),
      errno(['socket'], [equal(0, AF_VSOCK)]),
      // SHORT_INODE, WHOLE_SECONDS and the like are harmless; READ_IMPLIES_EXEC alone is not.
      errno(['personality'], [equal(0, READ_IMPLIES_EXEC)]),
    ],
  });
}

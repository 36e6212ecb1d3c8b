/**
 * The system calls that a container of a learner may make: those of the kernel's table that ordinary programs use, and none that
 * needs a capability, makes namespaces or mounts, or is known for holes of the kernel (io_uring, userfaultfd, keys, bpf, perf).
 * It replaces the engine's own profile. What is not named here, a call of a newer kernel included, is refused.
 */

const ALLOWED = [
  'accept accept4 access adjtimex alarm arch_prctl arm_fadvise64_64 arm_sync_file_range bind brk cacheflush cachestat capget capset',
  'chdir chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64',
  'clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1',
  'epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64',
  'fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr',
  'flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex',
  'futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd getdents',
  'getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid',
  'getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid',
  'gettimeofday getuid getuid32 getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy',
  'io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule',
  'landlock_create_ruleset landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr llistxattr _llseek',
  'lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod',
  'mknodat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64',
  'mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep',
  'newfstatat _newselect nice open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll',
  'ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read',
  'readahead readlink readlinkat readv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2',
  'restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait',
  'rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr',
  'sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam',
  'sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop semtimedop_time64 sendfile sendfile64 sendmmsg sendmsg',
  'sendto set_robust_list set_thread_area set_tid_address set_tls setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups',
  'setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32',
  'setrlimit setsid setsockopt setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown sigaction sigaltstack signal signalfd',
  'signalfd4 sigpending sigprocmask sigreturn sigsuspend socketpair splice stat stat64 statfs statfs64 statx symlink symlinkat sync',
  'sync_file_range sync_file_range2 syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime',
  'timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64',
  'times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork vmsplice wait4',
  'waitid waitpid write writev',
]
  .join(' ')
  .split(' ');

/** Only a lab that lists SYS_PTRACE may look into the memory of other processes. */
const WITH_PTRACE = ['kcmp', 'process_vm_readv', 'process_vm_writev'];

/** UNIX, INET, INET6, NETLINK, and PACKET, which needs NET_RAW. Not ALG, VSOCK and the many that load modules of the kernel. */
const SOCKETS = [1, 2, 10, 16, 17];
/** Linux, with the short inodes and the old machine names of 32-bit programs; and the question which one it is. */
const PERSONALITIES = [0, 0x8, 0x20000, 0x20008, 0xffffffff];
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET together. */
const NEW_NAMESPACES = 0x7e020000;
const EPERM = 1;
const ENOSYS = 38;

/** @param capabilities of the lab, without `CAP_` @returns the profile as JSON, for SecurityOpt */
export function seccompProfile(capabilities: readonly string[]): string {
  const allow = (names: readonly string[], args: readonly object[] = []) => ({ names, action: 'SCMP_ACT_ALLOW', args });
  const equal = (value: number) => [{ index: 0, value, valueTwo: 0, op: 'SCMP_CMP_EQ' }];
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      allow([...ALLOWED, 'ptrace', ...(capabilities.includes('SYS_PTRACE') ? WITH_PTRACE : [])]),
      ...SOCKETS.map((family) => allow(['socket'], equal(family))),
      ...PERSONALITIES.map((persona) => allow(['personality'], equal(persona))),
      allow(['clone'], [{ index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]),
      // Its flags are behind a pointer: programs fall back to clone.
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, args: [] },
    ],
  });
}

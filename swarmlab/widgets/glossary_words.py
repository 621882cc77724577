"""What the fields of a node, a service and a task mean, a sentence each.

A block for each Go type, named as in swarmlab.gotypes; a field that is embedded stands under the type that it comes
from, unless it means something else here.
"""

from __future__ import annotations

WORDS = """
swarm.Node
    ID: Unique in the swarm. A machine that leaves and joins again gets a new one.
    Spec: What was declared for this node; docker node update changes it.
    Description: What the node told the managers about itself when it joined.
    Status: How the managers find the node just now.
    ManagerStatus: Only managers have it: their address for other managers, and whether they lead.
swarm.Meta
    Version: Counts the changes. An update has to name the version that it read, else it is out of sequence.
    CreatedAt: When it was made, by the clock of the leader.
    UpdatedAt: When it was last changed, by the clock of the leader.
swarm.Version
    Index: The number of the change in the managers' common log.
swarm.NodeSpec
    Role: worker, or manager. docker node promote and demote change it.
    Availability: active takes tasks; pause keeps its tasks and gets no new ones; drain has its tasks moved elsewhere.
    Name: A name that was given to the node; mostly none, and then its host name counts.
    Labels: The node's labels, for constraints such as node.labels.zone == a; docker node update --label-add sets them.
swarm.Annotations
    Name: The name that it was given.
    Labels: Keys and values of your own, for filters and tools. Swarm itself pays no attention to them.
swarm.NodeDescription
    Hostname: The machine's name. It may repeat in a swarm; the ID may not.
    Platform: Which images run here.
    Resources: What the machine has. Reservations of its tasks are subtracted from it.
    Engine: The Docker Engine on it.
    TLSInfo: The certificate authority that the node trusts.
    CSIInfo: Drivers for cluster volumes that the node has.
swarm.Platform
    Architecture: Kind of processor.
    OS: Operating system.
swarm.Resources
    NanoCPUs: Processors, in billionths: 2000000000 are two.
    MemoryBytes: Memory in bytes.
    GenericResources: Things of your own to be counted, such as gpu=2.
swarm.GenericResource
    NamedResourceSpec: One that has a name of its own.
    DiscreteResourceSpec: So many of a kind.
swarm.NamedGenericResource
    Kind: What it is.
    Value: Which one.
swarm.DiscreteGenericResource
    Kind: What it is.
    Value: How many.
swarm.EngineDescription
    EngineVersion: Version of Docker on this node.
    Labels: Labels from the engine's own configuration, for constraints such as engine.labels.disk == ssd.
    Plugins: What the engine can use: drivers of volumes, networks and logs.
swarm.PluginDescription
    Type: What the plugin is for.
    Name: Its name.
swarm.TLSInfo
    TrustRoot: The certificate of the swarm's authority.
    CertIssuerSubject: Who issued the node's certificate, encoded.
    CertIssuerPublicKey: The issuer's public key, encoded.
swarm.NodeCSIInfo
    PluginName: The driver.
    NodeID: What the driver calls this node.
    MaxVolumesPerNode: How many cluster volumes may be attached here.
    AccessibleTopology: Which cluster volumes can be reached from here.
swarm.Topology
    Segments: Where it is: a region, a zone.
swarm.NodeStatus
    State: ready; down when its heartbeats stay away; unknown while a new leader waits for them.
    Message: Why it is in this state.
    Addr: The address from which the leader hears it.
swarm.ManagerStatus
    Leader: Only for the one manager that leads. Every change goes through it; the others follow.
    Reachability: reachable, or unreachable once the leader has lost it.
    Addr: Where other managers reach it: port 2377.
swarm.Service
    ID: Unique in the swarm.
    Spec: What was declared. Swarm keeps working until the tasks are like this.
    PreviousSpec: What was declared before the last update; docker service rollback goes back to it.
    Endpoint: What the network was set up to: virtual addresses and ports, as they are.
    UpdateStatus: How far the last update or rollback is.
    ServiceStatus: How many tasks run and how many should; only where it was asked for.
    JobStatus: How often a job was started, and when last.
swarm.ServiceSpec
    Name: The service's name: what tasks are called after, and what other containers look it up by.
    TaskTemplate: What each task is to be like. A change of it replaces all tasks.
    Mode: Replicated (so many tasks), Global (one on each node), or a job that ends.
    UpdateConfig: How an update walks over the tasks.
    RollbackConfig: How a rollback walks over the tasks.
    Networks: An old place for networks; see TaskTemplate.
    EndpointSpec: How the service is reached: by a virtual address or by names, and on which ports.
swarm.TaskSpec
    ContainerSpec: The container of a task.
    PluginSpec: A plugin in the place of a container.
    NetworkAttachmentSpec: A plain container that is attached to a swarm's network.
    Resources: What a task may use at most, and what a node must have left for it.
    RestartPolicy: Whether a task that ended is replaced, when, and how often.
    Placement: Which nodes may run the tasks, and how they are spread.
    Networks: Networks that the tasks are attached to.
    LogDriver: Where the output of the containers goes; the engine's own way when left out.
    ForceUpdate: Counts docker service update --force: any change of it replaces all tasks.
    Runtime: What runs the task: container.
swarm.ContainerSpec
    Image: The image. The digest behind @ makes sure that every node runs the same bytes.
    Labels: Labels of the containers, not of the service.
    Command: In the place of the image's entrypoint.
    Args: The command and its arguments, in the place of the image's.
    Hostname: What the container calls itself; may hold a template such as {{.Node.Hostname}}.
    Env: Environment variables; may hold templates.
    Dir: The working directory.
    User: Who the program runs as.
    Groups: Further groups of that user.
    Privileges: Security settings.
    Init: Whether a small init process passes signals on and collects dead children.
    StopSignal: The signal that asks the program to end.
    TTY: Whether its output goes to a terminal.
    OpenStdin: Whether its input stays open.
    ReadOnly: Whether its file system cannot be written to.
    Mounts: Volumes and directories that it sees.
    StopGracePeriod: How long, in nanoseconds, it may take to end before it is killed: 10000000000 are ten seconds.
    Healthcheck: How its health is tested. A task that is unhealthy is replaced.
    Hosts: Further lines of its /etc/hosts.
    DNSConfig: Whom it asks for names.
    Secrets: Secrets that appear as files under /run/secrets.
    Configs: Configs that appear as files.
    Isolation: A matter of Windows; default elsewhere.
    Sysctls: Kernel settings of its own.
    CapabilityAdd: Rights of root that it has besides the usual ones.
    CapabilityDrop: Rights of root that are taken from it.
    Ulimits: Limits such as the number of open files.
    OomScoreAdj: How readily it is killed when memory runs out.
v1.HealthcheckConfig
    Test: The command; its exit status 0 means healthy.
    Interval: Nanoseconds between two tests.
    Timeout: Nanoseconds after which a test has failed.
    StartPeriod: Nanoseconds at the beginning in which failures do not count.
    StartInterval: Nanoseconds between two tests in the start period.
    Retries: So many failures in a row make it unhealthy.
mount.Mount
    Type: volume, bind, tmpfs, or cluster.
    Source: Name of the volume, or the directory on the node. On each node it is that node's own.
    Target: Where the container sees it.
    ReadOnly: Whether it may only be read.
    Consistency: A matter of Docker Desktop.
    BindOptions: For a directory of the node.
    VolumeOptions: For a volume.
    ImageOptions: For an image.
    TmpfsOptions: For memory that is used as a disk.
    ClusterOptions: For a cluster volume.
mount.VolumeOptions
    NoCopy: Whether a new volume stays empty in the place of getting what the image has there.
    Labels: Labels that the volume gets when it is made.
    Subpath: A directory inside the volume.
    DriverConfig: Which driver makes the volume.
swarm.DNSConfig
    Nameservers: Addresses of name servers.
    Search: Domains that short names are tried with.
    Options: Options of the resolver.
swarm.SecretReference
    File: The file that it appears as.
    SecretID: Which secret.
    SecretName: Its name.
swarm.SecretReferenceFileTarget
    Name: The file's name under /run/secrets.
    UID: The file's owner.
    GID: The file's group.
    Mode: The file's rights, as a decimal number: 292 is 0444.
swarm.ConfigReference
    File: The file that it appears as.
    Runtime: Used by the engine itself in the place of a file.
    ConfigID: Which config.
    ConfigName: Its name.
swarm.ConfigReferenceFileTarget
    Name: The file's path.
    UID: The file's owner.
    GID: The file's group.
    Mode: The file's rights, as a decimal number: 292 is 0444.
swarm.ResourceRequirements
    Limits: What a task may use at most.
    Reservations: What a node must have left, or the task stays Pending.
swarm.Limit
    NanoCPUs: Processors, in billionths.
    MemoryBytes: Memory in bytes; a container that wants more is killed.
    Pids: Number of processes.
swarm.RestartPolicy
    Condition: any: a task that ended is always replaced; on-failure: only if it failed; none: never.
    Delay: Nanoseconds before the new task starts: 5000000000 are five seconds.
    MaxAttempts: How often at most; 0 for without end.
    Window: Nanoseconds in which the attempts are counted; 0 for ever.
swarm.Placement
    Constraints: Conditions that a node must meet, such as node.role == worker.
    Preferences: What tasks are spread over before they are spread over nodes.
    MaxReplicas: How many tasks of the service one node may run; 0 for any number.
    Platforms: What the image was built for; only such nodes are considered.
swarm.PlacementPreference
    Spread: Spread evenly: the only strategy there is.
swarm.SpreadOver
    SpreadDescriptor: The label whose values the tasks are spread over.
swarm.NetworkAttachmentConfig
    Target: ID of the network.
    Aliases: Further names there.
    DriverOpts: Options of the network's driver.
swarm.Driver
    Name: Name of the driver.
    Options: Its options.
swarm.ServiceMode
    Replicated: So many tasks, wherever there is room.
    Global: One task on each node that meets the constraints.
    ReplicatedJob: So many tasks that run to their end.
    GlobalJob: One task on each node that runs to its end.
swarm.ReplicatedService
    Replicas: How many tasks there are to be; docker service scale changes it.
swarm.ReplicatedJob
    MaxConcurrent: How many run at the same time.
    TotalCompletions: How many are to end well.
swarm.UpdateConfig
    Parallelism: How many tasks are replaced at the same time; 0 for all.
    Delay: Nanoseconds between one batch and the next.
    FailureAction: What happens when too many new tasks fail: pause, continue or rollback.
    Monitor: Nanoseconds for which each new task is watched for failure: 5000000000 are five seconds.
    MaxFailureRatio: Which share of the new tasks may fail: 0 means none.
    Order: stop-first stops the old task before the new one starts; start-first the other way round.
swarm.EndpointSpec
    Mode: vip: one virtual address for the service; dnsrr: its name leads to the tasks' own addresses.
    Ports: Ports that are to be published.
swarm.PortConfig
    Name: A name for the port.
    Protocol: tcp, udp or sctp.
    TargetPort: The port in the container.
    PublishedPort: The port on the nodes.
    PublishMode: ingress: on every node, through the routing mesh; host: only where a task runs.
swarm.Endpoint
    Spec: What was asked for when the network was set up.
    Ports: Ports that are published, those that Swarm chose included.
    VirtualIPs: The service's address in each of its networks.
swarm.EndpointVirtualIP
    NetworkID: Which network.
    Addr: The address, with the length of the network's prefix.
swarm.UpdateStatus
    State: updating, paused, completed; rollback_started, rollback_paused, rollback_completed.
    StartedAt: When it began.
    CompletedAt: When it ended.
    Message: The same as a sentence; a paused update tells which task failed.
swarm.ServiceStatus
    RunningTasks: Tasks that run, those on lost nodes included.
    DesiredTasks: Tasks that should run.
    CompletedTasks: Tasks of a job that ended well.
swarm.JobStatus
    JobIteration: Which start of the job this is.
    LastExecution: When it was last started.
swarm.Task
    ID: Unique in the swarm; a task is never started again, a new one takes its place.
    Name: Mostly empty: tables make a task's name of service and slot.
    Labels: Mostly empty: tasks have no labels of their own.
    Spec: What the service's template was when the task was made.
    ServiceID: The service that it belongs to.
    Slot: Which of the replicas it stands for: the 3 of helloworld.3. A global service's task has none.
    NodeID: The node it was given to; left out while it is Pending.
    Status: How far it is, as its node last told.
    DesiredState: Where Swarm wants it: running, or shutdown once another has taken its place.
    NetworksAttachments: Its addresses in its networks.
    GenericResources: The generic resources that were set aside for it.
    JobIteration: Which start of its job it belongs to.
    Volumes: Cluster volumes that it uses.
swarm.TaskStatus
    Timestamp: Since when it is in this state.
    State: new, pending, assigned, accepted, preparing, ready, starting, running; complete, failed, rejected, shutdown…
    Message: What the node, or the scheduler, is doing about it.
    Err: Why it failed, or why it is still Pending.
    ContainerStatus: Its container.
    PortStatus: Ports that are published on its node alone.
swarm.ContainerStatus
    ContainerID: Docker's ID of the container on that node.
    PID: Number of its process on that node.
    ExitCode: What its program ended with; 0 while it runs, 137 when it was killed.
swarm.PortStatus
    Ports: The ports.
swarm.NetworkAttachment
    Network: The network as it was when the task was made.
    Addresses: The task's addresses in it.
swarm.Network
    ID: Unique in the swarm.
    Spec: What was declared for the network.
    DriverState: What the driver made of it.
    IPAMOptions: Where its addresses come from.
swarm.NetworkSpec
    Name: The network's name; ingress is the routing mesh's.
    DriverConfiguration: overlay, and its options.
    IPv6Enabled: Whether it has IPv6 addresses.
    Internal: Whether there is no way out of it.
    Attachable: Whether plain containers may be attached.
    Ingress: Whether it is the routing mesh's.
    IPAMOptions: Which addresses were asked for.
    Scope: swarm: the same on all nodes.
swarm.IPAMOptions
    Driver: Who gives out addresses.
    Configs: Ranges of addresses.
swarm.IPAMConfig
    Subnet: The range of addresses.
    Range: The part of it that is given out.
    Gateway: The address that belongs to the nodes.
swarm.VolumeAttachment
    ID: Which cluster volume.
    Source: Its name as the service has it.
    Target: Where the container sees it.
units.Ulimit
    Name: What is limited.
    Hard: What no program can go beyond.
    Soft: Where a program is stopped first.
swarm.Privileges
    CredentialSpec: A matter of Windows.
    SELinuxContext: Labels of SELinux.
    Seccomp: Which system calls are allowed.
    AppArmor: Which profile of AppArmor is used.
    NoNewPrivileges: Whether programs can gain no rights that they did not start with.
"""

namespace VectorServer.Storage.Registry;

/// <summary>What is refused because of aliases, each with the reason that clients can act on.</summary>
internal static class AliasErrors
{
    public static StorageException InvalidName(string rule) => Refused(StorageErrorCode.InvalidArgument, "ALIAS_NAME_INVALID", rule);

    public static StorageException NotFound(string name) => new(StorageErrorCode.NotFound, $"Namespace alias '{name}' not found");

    public static StorageException AlreadyExists(NamespaceAlias alias) => new(
        StorageErrorCode.AlreadyExists, $"Namespace alias '{alias.Name}' already exists, with target namespace '{Shown(alias.TargetNamespace)}'")
    {
        Reason = "ALIAS_ALREADY_EXISTS",
        ReasonMetadata = new Dictionary<string, string> { ["target_namespace"] = Shown(alias.TargetNamespace) },
    };

    public static StorageException NameInUseByNamespace(string name) => Refused(
        StorageErrorCode.AlreadyExists, "NAME_IN_USE_BY_NAMESPACE", $"'{name}' is the name of a namespace: an alias needs a name of its own");

    public static StorageException NameInUseByAlias(NamespaceAlias alias) => Refused(
        StorageErrorCode.AlreadyExists,
        "NAME_IN_USE_BY_ALIAS",
        $"'{alias.Name}' is a namespace alias: write to its target namespace '{Shown(alias.TargetNamespace)}'");

    public static StorageException TargetNotFound(string target) => Refused(
        StorageErrorCode.InvalidArgument, "TARGET_NAMESPACE_NOT_FOUND", $"Target namespace '{target}' not found");

    public static StorageException TargetNotActive(string target) => Refused(
        StorageErrorCode.FailedPrecondition, "TARGET_NAMESPACE_NOT_ACTIVE", $"Target namespace '{Shown(target)}' is being deleted or cannot be read");

    public static StorageException TargetIsAlias(string target) => Refused(
        StorageErrorCode.InvalidArgument, "TARGET_IS_ALIAS", $"Target '{target}' is a namespace alias: the target must be a namespace");

    public static StorageException TooMany(int countMax) => Refused(
        StorageErrorCode.FailedPrecondition, "ALIASES_PER_INDEX_EXCEEDED", $"An index can have at most {countMax} namespace aliases");

    public static StorageException WriteTo(NamespaceAlias alias) => Refused(
        StorageErrorCode.FailedPrecondition,
        "WRITE_TO_ALIAS",
        $"'{alias.Name}' is a namespace alias, which is only read: write to its target namespace '{Shown(alias.TargetNamespace)}'");

    public static StorageException OperationOn(NamespaceAlias alias) => Refused(
        StorageErrorCode.FailedPrecondition, "NAMESPACE_OPERATION_ON_ALIAS", $"'{alias.Name}' is a namespace alias, not a namespace");

    public static StorageException TargetedBy(NamespaceAlias alias) => Refused(
        StorageErrorCode.FailedPrecondition,
        "NAMESPACE_TARGETED_BY_ALIAS",
        $"Namespace '{Shown(alias.TargetNamespace)}' is the target of the alias '{alias.Name}': repoint or delete the alias first");

    private static string Shown(string ns) => ns.Length == 0 ? NamespaceSet.DefaultListName : ns;

    private static StorageException Refused(StorageErrorCode code, string reason, string message) => new(code, message) { Reason = reason };
}

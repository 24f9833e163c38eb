using Google.Protobuf.Reflection;

namespace VectorServer.Api.Grpc;

/// <summary>The services offered and the files that describe them. Immutable.</summary>
internal static class GrpcDescriptors
{
    private static readonly FileDescriptor[] Own =
        [Proto.VectorServiceReflection.Descriptor, Proto.HealthReflection.Descriptor, Proto.ReflectionReflection.Descriptor];

    private static readonly Dictionary<string, FileDescriptor> FileByName = Own.SelectMany(WithImports).DistinctBy(file => file.Name).ToDictionary(file => file.Name);

    private static readonly Dictionary<string, FileDescriptor> FileBySymbol = FileByName.Values
        .SelectMany(file => Symbols(file).Select(symbol => (symbol, file)))
        .ToDictionary(pair => pair.symbol, pair => pair.file);

    /// <summary>Full names, as they stand in the paths of calls.</summary>
    public static IReadOnlyList<string> Services { get; } = [.. Own.SelectMany(file => file.Services).Select(service => service.FullName)];

    public static FileDescriptor? FileNamed(string name) => FileByName.GetValueOrDefault(name);

    /// <param name="symbol">The full name of a message, enum, service or method.</param>
    public static FileDescriptor? FileOf(string symbol) => FileBySymbol.GetValueOrDefault(symbol);

    /// <summary>The file, then each that it needs, once.</summary>
    public static IEnumerable<FileDescriptor> WithImports(FileDescriptor file) =>
        file.Dependencies.SelectMany(WithImports).Prepend(file).DistinctBy(one => one.Name);

    private static IEnumerable<string> Symbols(FileDescriptor file)
    {
        var services = file.Services.SelectMany(service => service.Methods.Select(method => method.FullName).Prepend(service.FullName));
        return [.. services, .. file.EnumTypes.Select(type => type.FullName), .. file.MessageTypes.SelectMany(Symbols)];
    }

    private static IEnumerable<string> Symbols(MessageDescriptor message) =>
        [message.FullName, .. message.EnumTypes.Select(type => type.FullName), .. message.NestedTypes.SelectMany(Symbols)];
}

using System.Reflection;

namespace VectorServer.Api;

/// <summary>The version of the program, <c>Version</c> of <c>Directory.Build.props</c>.</summary>
internal static class ServerVersion
{
    // Behind a plus sign the build names its commit.
    public static readonly string Text =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace VectorServer.Storage.Metadata;

/// <summary>Chooses the native SQLite: the system's, which gets security fixes, where it loads and is recent; the bundled one otherwise.</summary>
internal static class SqliteNative
{
    private const string BundledName = "e_sqlite3";

    // From 3.38 on the JSON functions are part of every build unless left out on purpose; the bundled library has them too.
    private const int OldestSystemVersion = 3_038_000;

    private static readonly Lazy<bool> Ready = new(Load);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int LibVersionNumber();

    /// <summary>Once per process, before the first use of SQLite; cheap after that.</summary>
    public static void EnsureLoaded() => _ = Ready.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return true;
    }

    /// <summary>Zero hands the search back to the runtime, which finds the bundled library.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != BundledName || SystemName() is not { } systemName || !NativeLibrary.TryLoad(systemName, out var library))
            return 0;
        if (IsRecent(library))
            return library;
        NativeLibrary.Free(library);
        return 0;
    }

    private static string? SystemName() =>
        OperatingSystem.IsLinux() ? "libsqlite3.so.0" : OperatingSystem.IsMacOS() ? "/usr/lib/libsqlite3.dylib" : null;

    private static bool IsRecent(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var function)
        && Marshal.GetDelegateForFunctionPointer<LibVersionNumber>(function)() >= OldestSystemVersion;
}

using VectorServer.Storage.Codecs;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Integrity;

/// <summary>What is made of other files is not missed where it is damaged: it is made anew.</summary>
internal static class DerivedFiles
{
    /// <summary>The codes of a namespace that is being opened; null where there are none, or their calibration is damaged and is to be made anew.</summary>
    public static CodeStore? OpenCodes(NamespaceSnapshot snapshot, CodecChoice choice, EngineOptions options)
    {
        Codec? codec = null;
        var path = snapshot.Generation.CodecPath;
        if (File.Exists(path))
            codec = Read(path, options);
        return codec is null ? null : CodeStore.Open(snapshot, choice);
    }

    /// <summary>The calibration of an index's codes; null without a whole one: then the first rows calibrate them.</summary>
    public static Codec? ReadCalibration(string path, EngineOptions options) => File.Exists(path) ? Read(path, options) : null;

    private static Codec? Read(string path, EngineOptions options)
    {
        try
        {
            return Codec.Deserialize(File.ReadAllBytes(path));
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            options.Damage.CountRebuilt();
            options.Log?.Invoke($"The calibration {path} is damaged, codes are calibrated anew: {e.Message}");
            return null;
        }
    }
}

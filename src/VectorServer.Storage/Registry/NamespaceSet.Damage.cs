using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>A namespace that is damaged: said of it alone, told to the operator, and deleted like any other.</content>
internal sealed partial class NamespaceSet
{
    /// <summary>The word for programs in the refusal of what is damaged.</summary>
    private const string DamageReason = "DATA_DAMAGED";

    /// <summary>What is wrong with a namespace; null where nothing is known.</summary>
    public string? DamageOf(string name) => _services.Damage.WhatIsWrong(_index.Name, name);

    /// <summary>Damage, or a newer format, as clients are told of it, once it is written down.</summary>
    private StorageException Damaged(string name, StorageException found)
    {
        var isNewer = found.Code == StorageErrorCode.NewerFormat;
        _services.Damage.Report(_index.Name, name, found.Message, _services.Time.GetUtcNow(), isNewer);
        if (found.Reason == DamageReason)
            return found;
        var listed = name.Length == 0 ? DefaultListName : name;
        var state = isNewer ? "is not served" : "is damaged and not served";
        return new StorageException(found.Code, $"Namespace '{listed}' of index '{_index.Name}' {state}: {found.Message}", found)
        {
            Reason = isNewer ? IO.NewerFormat.Reason : DamageReason,
            ReasonMetadata = new Dictionary<string, string> { ["index"] = _index.Name, ["namespace"] = listed },
        };
    }

    /// <summary>The namespace to delete; null where it cannot be opened, which is no reason to keep it.</summary>
    private NamespaceStore? FindToDelete(string name)
    {
        try
        {
            return Find(name) ?? throw Absent(name);
        }
        catch (Exception e) when (!_closed && (e is IOException or StorageException { IsOfTheData: true } or StorageException { Code: StorageErrorCode.Unavailable }))
        {
            return null;
        }
    }

    /// <summary>Removes a namespace that was never opened.</summary>
    private void DropUnopened(string name, Action forget)
    {
        var directory = NamespaceLayout.Namespace(_directory, name);
        var trash = NamespaceLayout.Temporary(directory);
        Trash.Put(_services.Disk, directory, trash);
        forget();
        Trash.Delete(_services.Disk, trash);
    }
}

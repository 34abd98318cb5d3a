using System;
using System.Management.Automation;
using System.Security;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Takes a key as SecureString, or from an object of Get-CosmiAccountKey. A plain text is refused here, because the shell's own
    /// refusal would repeat it in the error.
    /// </summary>
    [AttributeUsage(AttributeTargets.Property)]
    public sealed class SecretAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
            if (value is AccountKey key)
            {
                value = key.Key;
            }

            return value as SecureString ?? throw new ArgumentTransformationMetadataException(
                "A secret is given as SecureString, for instance (Get-CosmiAccountKey)[0].Key, or Read-Host -AsSecureString.");
        }
    }
}

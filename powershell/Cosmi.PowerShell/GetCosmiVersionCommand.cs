using System;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells which module and which native library are at work.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiVersion")]
    [OutputType(typeof(VersionInfo))]
    public sealed class GetCosmiVersionCommand : CosmiCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            Version module = MyInvocation.MyCommand.Module?.Version ?? GetType().Assembly.GetName().Version;
            VersionInfo version;
            try
            {
                version = new VersionInfo(module.ToString(), CosmiLibrary.Version, CosmiLibrary.AbiVersion, CosmiLibrary.Path);
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ThrowTerminatingError(Errors.Record(exception, null));
                return;
            }

            WriteObject(version);
        }
    }
}

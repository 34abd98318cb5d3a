BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $root = Get-RepositoryRoot
    $manifestPath = Join-Path -Path $root -ChildPath 'powershell/Cosmi/Cosmi.psd1'
    $staged = Split-Path -Path $env:COSMI_MODULE -Parent
    $manifest = Test-ModuleManifest -Path $env:COSMI_MODULE
    $module = Get-Module -Name Cosmi
}

Describe 'The module' {
    It 'has the version of Cargo.toml' {
        $cargo = [System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'Cargo.toml'))
        $version = [regex]::Match($cargo, '(?ms)^\[workspace\.package\].*?^version = "([^"]+)"').Groups[1].Value
        $version | Should -Not -BeNullOrEmpty
        [System.IO.File]::ReadAllText($manifestPath) | Should -Match ("ModuleVersion\s+= '{0}'" -f [regex]::Escape($version))
        [string] $manifest.Version | Should -Be $version
        $assembly = [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path -Path $staged -ChildPath 'lib/Desktop/Cosmi.PowerShell.dll'))
        $assembly.Version.ToString(3) | Should -Be $version
    }

    It 'lists all its files, and no other' {
        $length = $staged.TrimEnd('/', '\').Length + 1
        $files = @(Get-ChildItem -Path $staged -Recurse -File | ForEach-Object { $_.FullName.Substring($length).Replace('\', '/') } | Sort-Object)
        $listed = @($manifest.FileList | ForEach-Object { $_.Substring($length).Replace('\', '/') } | Sort-Object)
        $listed | Should -Be $files
        $listed | Should -Contain 'LICENSE'
    }

    It 'tells a gallery what it is, under which licence and what is new' {
        $manifest.Description | Should -Not -BeNullOrEmpty
        $manifest.Author | Should -Not -BeNullOrEmpty
        foreach ($tag in 'CosmosDB', 'ManagedIdentity', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux') {
            $manifest.Tags | Should -Contain $tag
        }
        @($manifest.Tags | Where-Object { $_ -match '\s' }) | Should -BeNullOrEmpty
        [string] $manifest.LicenseUri | Should -Be 'https://licenses.nuget.org/MIT'
        $manifest.PrivateData.PSData.RequireLicenseAcceptance | Should -BeFalse
        $changelog = [System.IO.File]::ReadAllText((Join-Path -Path $root -ChildPath 'CHANGELOG.md')).Replace("`r", '')
        $newest = [regex]::Match($changelog, '(?ms)^## [^\n]*\n\s*(\S.*?)\s*(?=^## |\z)').Groups[1].Value
        $newest | Should -Match '^### '
        $manifest.ReleaseNotes | Should -BeExactly $newest
    }

    It 'works in both editions' {
        $manifest.CompatiblePSEditions | Should -Be @('Desktop', 'Core')
        [string] $manifest.PowerShellVersion | Should -Be '5.1'
        [string] $manifest.DotNetFrameworkVersion | Should -Be '4.6.2'
        foreach ($edition in 'Desktop', 'Core') {
            foreach ($assembly in 'Cosmi.PowerShell.dll', 'Cosmi.Interop.dll') {
                Join-Path -Path $staged -ChildPath "lib/$edition/$assembly" | Should -Exist
            }
        }
    }

    It 'carries nothing of the shell with it' {
        @(Get-ChildItem -Path (Join-Path -Path $staged -ChildPath 'lib') -Recurse -Filter 'System.Management.Automation*') | Should -BeNullOrEmpty
    }

    It 'exports the commands by name, and nothing else' {
        $names = (Get-Command -Module Cosmi -CommandType Cmdlet).Name | Sort-Object
        $names | Should -Be @(
            'Connect-CosmiAccount'
            'Disconnect-CosmiAccount'
            'Enable-CosmiIdentity'
            'Get-CosmiAccess'
            'Get-CosmiAccount'
            'Get-CosmiAccountKey'
            'Get-CosmiCollection'
            'Get-CosmiConnectionString'
            'Get-CosmiDatabase'
            'Get-CosmiEnvironment'
            'Get-CosmiIdentity'
            'Get-CosmiThroughput'
            'Get-CosmiToken'
            'Get-CosmiVersion'
            'Grant-CosmiAccess'
            'New-CosmiAccount'
            'New-CosmiAccountKey'
            'New-CosmiCollection'
            'New-CosmiDatabase'
            'Remove-CosmiAccount'
            'Remove-CosmiCollection'
            'Remove-CosmiDatabase'
            'Revoke-CosmiAccess'
            'Set-CosmiThroughput'
            'Test-CosmiAccess'
            'Test-CosmiAccountName'
        )
        $module.ExportedFunctions.Count | Should -Be 0
        $module.ExportedVariables.Count | Should -Be 0
        @($module.ExportedAliases.Keys | Sort-Object) | Should -Be @('Get-CosmiContainer', 'New-CosmiContainer', 'Remove-CosmiContainer')
        foreach ($verb in 'Get', 'New', 'Remove') {
            (Get-Alias -Name "$verb-CosmiContainer").Definition | Should -Be "$verb-CosmiCollection"
        }
        [System.IO.File]::ReadAllText($manifestPath) | Should -Not -Match "'\*'"
    }

    It 'has a class, a help page and a test file for each command, named after it' {
        foreach ($command in Get-Command -Module Cosmi -CommandType Cmdlet) {
            $class = $command.ImplementingType.Name
            $class | Should -BeExactly ($command.Name.Replace('-', '') + 'Command')
            Join-Path -Path $root -ChildPath "powershell/Cosmi.PowerShell/$class.cs" | Should -Exist
            Join-Path -Path $root -ChildPath "powershell/help/$($command.Name).md" | Should -Exist
            Join-Path -Path $PSScriptRoot -ChildPath "$($command.Name).Tests.ps1" | Should -Exist
        }
    }

    It 'uses approved verbs and says what it returns' {
        $verbs = (Get-Verb).Verb
        foreach ($command in Get-Command -Module Cosmi -CommandType Cmdlet) {
            $verbs | Should -Contain $command.Verb
            if ($command.Verb -ne 'Disconnect') {
                $command.OutputType | Should -Not -BeNullOrEmpty -Because $command.Name
            }
        }
    }

    It 'asks before it changes anything, and only then' {
        foreach ($command in Get-Command -Module Cosmi -CommandType Cmdlet) {
            $changes = @('New', 'Remove', 'Set', 'Enable', 'Grant', 'Revoke') -contains $command.Verb
            $command.Parameters.ContainsKey('WhatIf') | Should -Be $changes -Because $command.Name
            $command.Parameters.ContainsKey('Confirm') | Should -Be $changes -Because $command.Name
            if ($changes) {
                $attribute = @($command.ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false))[0]
                $expected = 'Medium'
                if ($command.Verb -eq 'Remove' -or $command.Name -eq 'New-CosmiAccountKey') { $expected = 'High' }
                [string] $attribute.ConfirmImpact | Should -Be $expected -Because $command.Name
            }
        }
    }

    It 'has no parameter that takes a secret as text' {
        foreach ($command in Get-Command -Module Cosmi -CommandType Cmdlet) {
            foreach ($parameter in $command.Parameters.Values) {
                if ($parameter.Name -match '^(Key|Token|Secret|Password)$') {
                    $parameter.ParameterType | Should -Be ([System.Security.SecureString])
                }
            }
        }
    }

    It 'has a view for each type' {
        foreach ($type in @(
            'AccessCheck', 'Account', 'AccountKey', 'Client', 'Collection', 'ConnectionString', 'Environment', 'Token', 'VersionInfo'
            'Access', 'CollectionResource', 'Database', 'Identity', 'MadeAccount', 'Throughput', 'UserAssignedIdentity'
        )) {
            Get-FormatData -TypeName "Cosmi.$type" | Should -Not -BeNullOrEmpty -Because $type
        }
    }

    It 'has no script in its types and views' {
        foreach ($file in 'Cosmi.Types.ps1xml', 'Cosmi.Format.ps1xml') {
            [System.IO.File]::ReadAllText((Join-Path -Path $staged -ChildPath $file)) | Should -Not -Match 'Script(Block|Property|Method)' -Because $file
        }
    }

    It 'waits in one place only' {
        $sources = Join-Path -Path $root -ChildPath 'powershell/Cosmi.PowerShell'
        foreach ($file in Get-ChildItem -Path $sources -Filter '*.cs' | Where-Object { $_.Name -ne 'CosmiCmdlet.cs' }) {
            [System.IO.File]::ReadAllText($file.FullName) | Should -Not -Match '\.Wait\(|\.Result\b(?!\s*[=,;)])|GetAwaiter|Thread\.Sleep|TryTake|WaitOne' -Because $file.Name
        }
    }
}

Describe 'Importing' {
    It 'loads no native library and works under strict mode' {
        $output = Invoke-Child -Script @"
Set-StrictMode -Version 3
`$ErrorActionPreference = 'Stop'
Import-Module -Name '$env:COSMI_MODULE'
`$before = @([System.Diagnostics.Process]::GetCurrentProcess().Modules | Where-Object { `$_.ModuleName -match '^(lib)?cosmi\.(so|dll|dylib)$' }).Count
`$version = Get-CosmiVersion
`$after = @([System.Diagnostics.Process]::GetCurrentProcess().Modules | Where-Object { `$_.ModuleName -match '^(lib)?cosmi\.(so|dll|dylib)$' }).Count
"`$before `$after `$(`$version.Module)"
"@
        $output.Trim() | Should -Be "0 1 $($manifest.Version)"
    }

    It 'can be repeated, and removing the module ends its client' {
        $output = Invoke-Child -Script @"
`$ErrorActionPreference = 'Stop'
Import-Module -Name '$env:COSMI_MODULE'
`$client = Connect-CosmiAccount -AccountName myaccount
Remove-Module -Name Cosmi
Import-Module -Name '$env:COSMI_MODULE'
try { Get-CosmiAccountKey -Client `$client } catch { `$_.FullyQualifiedErrorId }
"@
        $output.Trim() | Should -BeLike 'Cosmi.InvalidState,*'
    }
}

Describe 'Scripts of this repository' {
    BeforeDiscovery {
        $root = (Resolve-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath '../..')).ProviderPath
        $scripts = foreach ($folder in 'examples/powershell', 'tests/powershell') {
            Get-ChildItem -Path (Join-Path -Path $root -ChildPath $folder) -Recurse -Include '*.ps1', '*.psm1' -File |
                ForEach-Object { @{ Name = $_.FullName.Substring($root.Length + 1); Path = $_.FullName } }
        }
    }

    It '<Name> keeps the house style' -ForEach $scripts {
        $errors = $null
        $tokens = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $tokens, [ref] $errors)
        $errors | Should -BeNullOrEmpty
        # No line goes on by a backtick; Grammar.Tests.ps1 sees that Windows PowerShell can read it.
        @($tokens | Where-Object { $_.Kind -eq 'LineContinuation' }) | Should -BeNullOrEmpty
        $commands = $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
        foreach ($command in $commands) {
            $name = $command.GetCommandName()
            if ($name -and $name -notlike '*-CosmiContainer') {
                Get-Alias -Name $name -ErrorAction Ignore | Should -BeNullOrEmpty -Because "$name at line $($command.Extent.StartLineNumber)"
            }
        }
    }
}

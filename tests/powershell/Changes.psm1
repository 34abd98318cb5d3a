Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1')

function Get-WhatIf {
    <#
    .SYNOPSIS
    Runs commands with -WhatIf in a shell of their own, where the console shows it, and gives what each would do: Text, Method, Path and Body.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Script
    )
    $output = Invoke-Child -Script "`$ErrorActionPreference = 'Stop'; Import-Module -Name '$env:COSMI_MODULE'; $Script"
    foreach ($line in $output -split "`r?`n" | Where-Object { $_ }) {
        $match = [regex]::Match($line, '^What if: (?<text>.*?): (?<method>[A-Z]+) (?<path>[^{]*?)(?: (?<body>\{.*\})(?<more>.*))?$')
        if (-not $match.Success) {
            throw "this is not what -WhatIf prints: $line"
        }
        [pscustomobject]@{
            Text   = $match.Groups['text'].Value
            Method = $match.Groups['method'].Value
            Path   = $match.Groups['path'].Value
            Body   = $match.Groups['body'].Value
            More   = $match.Groups['more'].Value
        }
    }
}

function Get-Change {
    <#
    .SYNOPSIS
    What Resource Manager was sent that changes something: Method, Path without its api-version, and Body.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Simulator
    )
    foreach ($entry in Get-SimulatorJournal -Simulator $Simulator | Where-Object { $_.face -eq 'arm' -and $_.method -ne 'GET' -and $_.target -notmatch '(?i)/(listKeys|readonlykeys|listConnectionStrings)\b' }) {
        [pscustomobject]@{
            Method = $entry.method
            Path   = $entry.target.Split('?')[0]
            Body   = $entry.body
        }
    }
}

function ConvertTo-Canonical {
    <#
    .SYNOPSIS
    JSON with the members of each object in the order of their names, to compare.
    #>
    [CmdletBinding()]
    param(
        [string] $Json
    )
    if (-not $Json) {
        return ''
    }
    ConvertTo-Json -InputObject (Get-Ordered -Value (ConvertFrom-Json -InputObject $Json)) -Depth 20 -Compress
}

function Get-Ordered {
    param($Value)
    if ($Value -is [array]) {
        return , @($Value | ForEach-Object { Get-Ordered -Value $_ })
    }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        $ordered = [ordered] @{}
        foreach ($property in $Value.PSObject.Properties | Sort-Object -Property Name) {
            $ordered[$property.Name] = Get-Ordered -Value $property.Value
        }
        return [pscustomobject] $ordered
    }
    $Value
}

function Assert-Sent {
    <#
    .SYNOPSIS
    What -WhatIf printed is what was sent.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Printed,
        [Parameter(Mandatory = $true)] $Sent
    )
    @($Sent).Count | Should -Be @($Printed).Count
    foreach ($index in 0..(@($Printed).Count - 1)) {
        $one = @($Printed)[$index]
        $other = @($Sent)[$index]
        $other.Method | Should -Be $one.Method
        # Three dots stand for what is found out by asking.
        $pattern = ($one.Path.Split([string[]] '...', 'None') | ForEach-Object { [regex]::Escape($_) }) -join '.*'
        $other.Path | Should -Match "^$pattern$"
        ConvertTo-Canonical -Json $other.Body | Should -Be (ConvertTo-Canonical -Json $one.Body)
    }
}

Export-ModuleMember -Function *-*
